"""The till of a box office: shifts of people, what they sold, and the cash that they counted."""
