/* Says on the page what went wrong with a security key; allauth's scripts only tell the console. */
document.addEventListener('allauth.error', event => {
  event.preventDefault();
  const said = document.getElementById('key_trouble');
  said.hidden = true;
  requestAnimationFrame(() => { said.hidden = false; });
});
