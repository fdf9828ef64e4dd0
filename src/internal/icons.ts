/**
 * The icons in use, by the name of what they show; those that only a room channel needs are in `people-icons.ts`. The
 * build puts their paths here and leaves the icon set out.
 */
export {
  ChevronLeft,
  ChevronRight,
  Maximize,
  Mic,
  MicOff,
  Phone,
  PhoneOff,
  PictureInPicture2,
  Pin,
  PinOff,
  ScreenShare,
  ScreenShareOff,
  Video,
  VideoOff,
} from 'lucide';
