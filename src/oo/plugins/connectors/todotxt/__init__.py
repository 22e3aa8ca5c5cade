"""todo.txt files with their done.txt: read without losing a byte, written back one line at a time."""
