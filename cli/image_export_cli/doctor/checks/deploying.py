"""What to do about a function that is not deployed as it should be: the commands of docs/deploy.md. Pure."""

from ...deployment.finding import Finding, wrong

ADVICE = "Deploy it as docs/deploy.md does: the built package, and your tokens, which are gone if the shell has none."
DEPLOY = """\
export IMAGE_EXPORT_HTTP_TOKENS=$(printf %s "$TOKEN" | sha256sum | cut -d' ' -f1)
IMAGE_EXPORT_CODE=dist/image-export.zip s deploy"""


def to_deploy(subject: str, message: str, advice: str = ADVICE) -> Finding:
    """Wrong, and put right by deploying, perhaps after something else."""
    return wrong(subject, message, advice, DEPLOY)
