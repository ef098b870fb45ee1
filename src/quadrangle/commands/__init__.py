"""What the commands of `quad` do. cli.py declares them and imports each of these modules only when its command runs."""
