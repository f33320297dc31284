// Every page loads this module; what a page has no use for is not loaded. Without it all pages work.

const box = document.getElementById('problems-box');
if (box) box.focus();
