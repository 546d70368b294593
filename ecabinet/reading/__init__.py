"""Reading together: annotations on papers, following the chair, what a tablet takes along."""
