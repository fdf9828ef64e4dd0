import { createRoom } from '/dist/cdn/room.js';

const find = (id) => document.getElementById(id);
const room = createRoom({ endpoint: '/rooms/join', room: 'standup' });
/** What is shown of each stream, by its MediaStream. */
const figures = new Map();

find('lobby').addEventListener('submit', (event) => {
  event.preventDefault();
  room.configure({ name: find('name').value.trim() });
  room.join();
});
find('microphone').addEventListener('click', () => room.setMicrophone(!room.state.microphone.on));
find('camera').addEventListener('click', () => room.setCamera(!room.state.camera.on));
find('sound').addEventListener('click', () => room.resumeAudio());
find('leave').addEventListener('click', () => room.leave());

room.subscribe(show);
show(room.state, room.state);

function show(state, previous) {
  const isOutside = state.connection === 'disconnected';
  find('lobby').hidden = !isOutside;
  find('meeting').hidden = isOutside;
  find('status').textContent = isOutside ? '' : state.connection;
  find('error').textContent = state.error?.message ?? '';
  find('microphone').textContent = state.microphone.on ? 'Mute microphone' : 'Unmute microphone';
  find('camera').textContent = state.camera.on ? 'Turn off camera' : 'Turn on camera';
  find('sound').hidden = !state.isAudioBlocked;
  find('people').replaceChildren(...state.participants.map(showPerson));
  showVideos(state.participants);
  // The control that was pressed is hidden now.
  if (state.connection === 'connecting') find('leave').focus();
  else if (isOutside && previous.connection !== 'disconnected') find('name').focus();
}

function showPerson(participant) {
  const item = document.createElement('li');
  item.textContent = nameOf(participant);
  item.classList.toggle('speaking', participant.isSpeaking);
  return item;
}

/** A video that is there already stays: putting it in anew would stop it. */
function showVideos(participants) {
  const shown = new Set();
  for (const participant of participants) {
    for (const { mediaStream, mediaTypes } of participant.streams) {
      if (!mediaTypes.includes('VIDEO')) continue;
      shown.add(mediaStream);
      if (!figures.has(mediaStream)) figures.set(mediaStream, addFigure(mediaStream, participant));
      figures.get(mediaStream).querySelector('figcaption').textContent = nameOf(participant);
    }
  }
  for (const [mediaStream, figure] of figures) {
    if (shown.has(mediaStream)) continue;
    figures.delete(mediaStream);
    figure.remove();
  }
}

function addFigure(mediaStream, { isLocal }) {
  const figure = document.createElement('figure');
  const video = document.createElement('video');
  // The room plays the sound.
  Object.assign(video, { autoplay: true, muted: true, playsInline: true, srcObject: mediaStream });
  figure.classList.toggle('local', isLocal);
  figure.append(video, document.createElement('figcaption'));
  find('videos').append(figure);
  return figure;
}

/** As the person typed it, so it is shown as text. */
function nameOf({ name, isLocal }) {
  return (name || 'Guest') + (isLocal ? ' (you)' : '');
}
