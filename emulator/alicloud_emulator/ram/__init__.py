"""RAM: policies as data, their evaluation for every call, and what RAM 2015-05-01 answers about roles."""
