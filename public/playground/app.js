/** Ties the page together: one conversation, its stream, and the composer. */

import { createComposer } from './composer.js';
import { connect } from './connection.js';
import { createExchangeView } from './exchange-view.js';
import { showForm } from './form-dialog.js';
import { make, newId, sentence } from './make.js';
import { createPictureViewer } from './picture-viewer.js';
import { getJson, postJson } from './requests.js';

const byId = (id) => document.getElementById(id);
const scroller = byId('scroller');
const list = byId('conversation');
const toast = byId('toast');

/** How close to the end counts as being there: then the page follows the answer. */
const END_PIXELS = 80;

const conversation = currentConversation();
const pictureViewer = createPictureViewer();
const views = new Map();
let following = true;
let lastTop = 0;
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

function say(text) {
  clearTimeout(toastTimer);
  toast.replaceChildren(...sentence(text));
  toast.classList.add('shown');
  toastTimer = setTimeout(() => toast.classList.remove('shown'), 5000);
}

function toEnd() {
  scroller.scrollTop = scroller.scrollHeight;
  lastTop = scroller.scrollTop;
}

function viewOf(replyId, question) {
  const known = views.get(replyId);
  if (known) return known;
  const addressOf = ({ key }) => `/chat/${conversation}/${replyId}/files/${key}`;
  const view = createExchangeView({ question, addressOf, onPress: press, onOpen: pictureViewer.open });
  views.set(replyId, view);
  list.append(view.element);
  byId('welcome').hidden = true;
  return view;
}

async function press({ id: buttonId, label }) {
  try {
    if (buttonId.startsWith('form:')) return await fillIn(buttonId);
    const { text } = await postJson(`/chat/${conversation}/press`, { id: newId(), buttonId, label });
    if (text !== '') return say(text);
    // Something new was asked for: its answer appears at the end.
    following = true;
    toEnd();
  } catch (error) {
    say(error.message);
  }
}

async function fillIn(buttonId) {
  const { form, text } = await postJson(`/chat/${conversation}/form`, { buttonId });
  if (!form) return say(text);
  showForm(form, async (fields) => {
    const id = newId();
    following = true;
    await postJson(`/chat/${conversation}/submit`, { id, form: form.id, ...fields });
    toEnd();
  });
}

async function send(text, files) {
  const id = newId();
  const view = viewOf(id, text);
  following = true;
  toEnd();
  try {
    await postJson('/chat', { conversation, id, text, files });
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
  const { scrollTop, scrollHeight, clientHeight } = scroller;
  // A picture that has just loaded moves the end away too: only the reader scrolls up.
  if (scrollHeight - scrollTop - clientHeight < END_PIXELS) following = true;
  else if (scrollTop < lastTop) following = false;
  lastTop = scrollTop;
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

const { commands, notice, files } = await getJson('/commands');
byId('notice').textContent = notice ?? '';
byId('notice').hidden = !notice;
const composer = createComposer({ form: byId('composer'), commands, limits: files, say, send });
for (const { name, description } of commands.slice(0, 4)) {
  const example = make('button', { type: 'button' });
  example.append(make('strong', { textContent: `/${name}` }), make('span', { textContent: description }));
  example.addEventListener('click', () => composer.begin(`/${name} `));
  byId('examples').append(example);
}
