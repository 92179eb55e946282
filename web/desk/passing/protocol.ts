import { fields, list, text } from "../protocol";

/** An office that a case may be passed on to. */
export interface Body {
  readonly code: string;
  readonly name: string;
  readonly line: string;
  readonly mailed: boolean;
}

export interface Referral {
  readonly id: number;
  readonly name: string;
  readonly text: string;
  readonly state: string;
  readonly stateName: string;
  readonly byHand: boolean;
}

/** What `GET /desk/api/cases/ID/referrals` answers. */
export interface Overview {
  readonly bodies: readonly Body[];
  readonly near: string;
  readonly draft: string;
  readonly personal: readonly string[];
  readonly maxTextChars: number;
  readonly referrals: readonly Referral[];
}

export function readReferral(raw: unknown): Referral {
  const given = fields(raw);
  return {
    id: Number(given["id"]),
    name: text(given["name"]),
    text: text(given["text"]),
    state: text(given["state"]),
    stateName: text(given["state_name"]),
    byHand: given["by_hand"] === true,
  };
}

export function readOverview(raw: unknown): Overview {
  const given = fields(raw);
  return {
    bodies: list(given["bodies"], (one) => {
      const body = fields(one);
      return { code: text(body["code"]), name: text(body["name"]), line: text(body["line"]), mailed: body["mailed"] === true };
    }),
    near: text(given["near"]),
    draft: text(given["draft"]),
    personal: list(given["personal"], text),
    maxTextChars: Number(given["max_text_chars"]) || 8000,
    referrals: list(given["referrals"], readReferral),
  };
}
