"""What is sent to the mailbox of a unit comes in as documents."""
