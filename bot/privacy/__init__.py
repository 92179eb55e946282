"""What we keep about citizens, why, and for how long."""
