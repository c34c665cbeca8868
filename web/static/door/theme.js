// Dark at the door unless this device was told otherwise; before anything is drawn.
"use strict";

document.documentElement.dataset.theme = localStorage.getItem("door-theme") ?? "dark";
