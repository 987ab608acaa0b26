"""What is looked at, in the order in which a deployment is built: functions from the site to findings."""
