/* global document, fetch, location, URLSearchParams */
/** A page that was written for the vendor's meeting sample: knows the SDK and the sample's server, and nothing of ours. */
import BandwidthRtc from '@bandwidth/webrtc-browser';

const room = new URLSearchParams(location.search).get('room') ?? 'lobby';
const rtc = new BandwidthRtc();

const field = (name) => document.querySelector(`[name=${name}]`).value;

function say(text) {
  document.querySelector('output').textContent = text;
}

async function post(path, body) {
  const response = await fetch(path, { method: 'POST', body: JSON.stringify(body) });
  return response.json();
}

async function get(path, query = {}) {
  const response = await fetch(`${path}?${new URLSearchParams(query)}`);
  return response.json();
}

rtc.onStreamAvailable(async ({ endpointId, mediaStream, alias, participantId }) => {
  const tile = document.createElement('figure');
  tile.id = endpointId;
  const video = document.createElement('video');
  video.autoplay = true;
  video.srcObject = mediaStream;
  const caption = document.createElement('figcaption');
  tile.append(video, caption);
  document.querySelector('main').append(tile);
  const name = alias === '__default__' ? (await get('/idLookup', { id: participantId })).attendee : alias;
  caption.textContent = name;
});

rtc.onStreamUnavailable((endpointId) => document.getElementById(endpointId)?.remove());

const actions = {
  async join() {
    const { message, token, ...joined } = await post('/joinCall', {
      caller: { name: field('caller') },
      call_type: 'app',
      room,
      audio: true,
      video: true,
      video_device: 'default',
      mic_device: 'default',
    });
    if (!token) return say(message);
    // The sample's page looks for the vendor's own platform; this one is told of another.
    await rtc.connect({ deviceToken: token }, { websocketUrl: joined.websocketUrl });
    const video = { aspectRatio: 16 / 9, width: { min: 320, max: 640 }, height: { min: 180, max: 480 }, frameRate: 30 };
    const audio = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };
    await rtc.publish({ audio, video }, undefined, field('caller'));
    say(`In ${joined.room.name ?? joined.room}`);
  },
  async call() {
    const callee = { name: field('callee'), phone_number: field('number') };
    const { status, message } = await post('/startPSTNCall', { room, callee });
    say(status ?? message);
  },
  async hangUp() {
    const { status } = await get('/endPSTNCall');
    say(status);
  },
  async end() {
    const { message } = await get('/endSession', { room_name: room });
    say(message);
  },
};

for (const [name, act] of Object.entries(actions)) document.getElementById(name).addEventListener('click', act);
