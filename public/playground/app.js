/** Ties the page together: one conversation, its stream, and the composer. */

import { createComposer } from './composer.js';
import { connect } from './connection.js';
import { createExchangeView } from './exchange-view.js';
import { getJson, postJson } from './requests.js';

const byId = (id) => document.getElementById(id);
const scroller = byId('scroller');
const list = byId('conversation');
const toast = byId('toast');

/** How close to the end counts as being there: then the page follows the answer. */
const END_PIXELS = 80;

const conversation = currentConversation();
const views = new Map();
let following = true;
let toastTimer;

function currentConversation() {
  const fromAddress = location.hash.slice(1);
  const id = /^[A-Za-z0-9-]{8,64}$/.test(fromAddress)
    ? fromAddress
    : (localStorage.getItem('conversation') ?? newId());
  localStorage.setItem('conversation', id);
  history.replaceState(null, '', `#${id}`);
  return id;
}

/** `crypto.randomUUID` is missing on plain http outside this machine. */
function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function say(text) {
  clearTimeout(toastTimer);
  toast.textContent = text;
  toast.classList.add('shown');
  toastTimer = setTimeout(() => toast.classList.remove('shown'), 5000);
}

function toEnd() {
  scroller.scrollTop = scroller.scrollHeight;
}

function viewOf(replyId, question) {
  const known = views.get(replyId);
  if (known) return known;
  const view = createExchangeView({ question, onPress: press });
  views.set(replyId, view);
  list.append(view.element);
  byId('welcome').hidden = true;
  return view;
}

async function press(buttonId) {
  try {
    say((await postJson(`/chat/${conversation}/press`, { buttonId })).text);
  } catch (error) {
    say(error.message);
  }
}

async function send(text) {
  const id = newId();
  const view = viewOf(id, text);
  following = true;
  toEnd();
  try {
    await postJson('/chat', { conversation, id, text });
    return true;
  } catch (error) {
    say(error.message);
    // An answer that has begun stands; otherwise the question goes back to where it can be sent again.
    if (view.begun) return true;
    view.element.remove();
    views.delete(id);
    byId('welcome').hidden = views.size > 0;
    return false;
  }
}

scroller.addEventListener('scroll', () => {
  following = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < END_PIXELS;
  byId('to-end').hidden = following;
});
new ResizeObserver(() => following && toEnd()).observe(list);
new ResizeObserver(() => following && toEnd()).observe(scroller);
byId('to-end').addEventListener('click', () => {
  following = true;
  toEnd();
});
byId('new-conversation').addEventListener('click', () => {
  localStorage.setItem('conversation', newId());
  history.pushState(null, '', location.pathname);
  location.reload();
});
addEventListener('hashchange', () => location.reload());

connect(`/chat/${conversation}/events`, {
  onExchange(change) {
    viewOf(change.replyId, change.question).show(change);
  },
  onReady() {
    byId('welcome').hidden = views.size > 0;
  },
  onState(connected) {
    byId('connection').textContent = connected ? '' : 'Connection lost, trying again…';
    byId('keys').hidden = !connected;
  },
});

const { commands, notice } = await getJson('/commands');
byId('notice').textContent = notice ?? '';
byId('notice').hidden = !notice;
const composer = createComposer({ form: byId('composer'), commands, send });
for (const command of commands.slice(0, 4)) {
  const example = document.createElement('button');
  example.type = 'button';
  const name = document.createElement('strong');
  name.textContent = `/${command.name}`;
  const description = document.createElement('span');
  description.textContent = command.description;
  example.append(name, description);
  example.addEventListener('click', () => composer.begin(`/${command.name} `));
  byId('examples').append(example);
}
