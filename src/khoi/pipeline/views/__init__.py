"""The board, the list and the page of a deal, and the forms that move it on."""
