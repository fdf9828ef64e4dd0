/** Stands in for `webrtc-adapter`, which patches the page's globals for browsers that are no longer supported. */
export {};
