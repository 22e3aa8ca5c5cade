"""The sign-in page: on an own machine the one-time link signs in, and the page says where to get one."""
