// Dash looks for window.dash_clientside.hitscope as soon as it starts, and modules may still be on
// their way: this small classic script takes the calls and hitscope.mjs fetches them when it runs.
window.dash_clientside = window.dash_clientside || {};
window.dash_clientside.hitscope = {
  waiting: null,
  lost: null, // {status} of a question of Dash that nobody has heard about yet, status 0: no answer
  load(data, config) {
    this.waiting = { data, config };
    window.dispatchEvent(new Event("hitscope:load"));
  },
  performance_path(path) {
    const [, dataset] = /^\/event\/([^/]+)/.exec(path ?? "") ?? [];
    return dataset ? `/performance/${dataset}` : "/performance";
  },
};

// Dash tells nobody when the server does not answer it: listen in, and hand everything on unchanged.
{
  const plain_fetch = window.fetch;
  const tell = (status) => {
    window.dash_clientside.hitscope.lost = { status };
    window.dispatchEvent(new Event("hitscope:lost"));
  };
  window.fetch = function fetch(resource, ...more) {
    const answer = plain_fetch.call(this, resource, ...more);
    const path = new URL(resource.url ?? resource, location.href).pathname;
    if (path.endsWith("/_dash-update-component")) {
      answer.then(
        ({ status }) => status >= 500 && tell(status),
        () => tell(0),
      );
    }
    return answer;
  };
}
