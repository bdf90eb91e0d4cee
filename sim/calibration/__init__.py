"""What history leaves of what nobody knows: runs over past episodes, and the vectors that none of them rules out."""
