/** The icons in use, by the name of what they show. The build puts their paths here and leaves the icon set out. */
export {
  ChevronLeft,
  ChevronRight,
  Hand,
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
