// swipe
