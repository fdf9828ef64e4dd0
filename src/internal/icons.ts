/** The icons in use, by the name of what they show. The build puts their paths here and leaves the icon set out. */
export { Mic, MicOff, PhoneOff, Video, VideoOff } from 'lucide';
