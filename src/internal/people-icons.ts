/** The icons of what a meeting has only with a room channel, as `icons.ts` has those of every meeting. */
export { Hand, MessageSquare, SmilePlus, Users, X } from 'lucide';
