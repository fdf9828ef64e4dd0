/** Stands in for the SDK's own measuring of loudness, which it does only for callers that give it a listener for that. */
export default class AudioLevelDetector {
  on(): void {
    // Nothing is ever measured.
  }
}
