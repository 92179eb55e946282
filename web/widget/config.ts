import { readConfig, type Config } from "./protocol";

const TIMEOUT_MS = 4_000;

/** Who the server is; null if it does not say in time: the widget then opens with neutral words and colours. */
export async function fetchConfig(server: string): Promise<Config | null> {
  try {
    const response = await fetch(`${server}/chat/config`, {
      credentials: "omit",
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    return response.ok ? readConfig(await response.json(), server) : null;
  } catch {
    return null;
  }
}
