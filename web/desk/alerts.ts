/** Sound and notifications, both only for who asked for them. */

const TONES_HZ = [660, 880];
const TONE_S = 0.12;
const LOUDNESS = 0.08;

let audio: AudioContext | null = null;

/** Two short tones, made by the browser: nothing is loaded. */
export function ring(): void {
  try {
    audio ??= new AudioContext();
    const start = audio.currentTime;
    TONES_HZ.forEach((frequency, at) => {
      const [tone, volume] = [audio!.createOscillator(), audio!.createGain()];
      const from = start + at * TONE_S;
      tone.frequency.value = frequency;
      volume.gain.setValueAtTime(LOUDNESS, from);
      volume.gain.exponentialRampToValueAtTime(0.0001, from + TONE_S);
      tone.connect(volume).connect(audio!.destination);
      tone.start(from);
      tone.stop(from + TONE_S);
    });
  } catch {
    // A machine without sound has none to give.
  }
}

export function canNotify(): boolean {
  return typeof Notification !== "undefined";
}

/** Asks the browser, which asks the agent; whether notifications may be shown. */
export async function mayNotify(): Promise<boolean> {
  if (!canNotify()) return false;
  return (await Notification.requestPermission()) === "granted";
}

/** A notification, while nobody looks at the page; its words stand on screens that others see: nothing personal. */
export function notify(words: string, tag: string): void {
  if (!document.hidden || !canNotify() || Notification.permission !== "granted") return;
  try {
    const shown = new Notification(words, { tag, lang: "fr" });
    shown.onclick = () => {
      window.focus();
      shown.close();
    };
  } catch {
    // Some phones only let service workers notify.
  }
}
