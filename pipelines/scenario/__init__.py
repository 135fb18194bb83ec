"""Stories of families as policy officers write them: read, told as a night would judge them, held against what is expected."""
