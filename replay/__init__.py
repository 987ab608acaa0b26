"""What failed or was rejected: a list, a look, and once more. With a person's credentials; ships with no function."""

import doctor  # noqa: F401 - puts the functions' package on the path
