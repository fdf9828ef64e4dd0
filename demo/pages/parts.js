const room = document.querySelector('video-room');
const log = document.querySelector('#log');

document.querySelector('#join').addEventListener('click', () => room.join());

for (const type of ['room-joined', 'room-left', 'room-error', 'participant-joined', 'participant-left']) {
  document.addEventListener(type, (event) => {
    log.textContent = event.message ?? type;
  });
}
