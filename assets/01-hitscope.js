// Dash looks for window.dash_clientside.hitscope as soon as it starts, and modules may still be on
// their way: this small classic script takes the calls and hitscope.mjs fetches them when it runs.
window.dash_clientside = window.dash_clientside || {};
window.dash_clientside.hitscope = {
  waiting: null,
  load(data, config) {
    this.waiting = { data, config };
    window.dispatchEvent(new Event("hitscope:load"));
  },
};
