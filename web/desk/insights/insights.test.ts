import { describe, expect, it } from "vitest";

import { insights as t } from "../strings/insights";
import { bucketed, drawn, stepOf } from "./days";
import { readFilters, searchOf } from "./filters";
import { changeWords, dayAfter, daysBetween, lengthWords, pointsWords, spanWords } from "./formatting";
import { readInsights, type Day, type Moved } from "./words";

const plain = (words: string): string => words.replace(/[\u00a0\u202f]/g, " ");

function days(count: number, contacts: (index: number) => number = () => 4, first = "2026-01-01"): readonly Day[] {
  return Array.from({ length: count }, (_, index) => ({ day: dayAfter(first, index), contacts: contacts(index), contained: 1, cases: 0, mails: 2 }));
}

describe("words of numbers and days", () => {
  it("gives changes a sign, and none to what rounds to nothing", () => {
    expect([0.18, -0.034, 0.004, -0.004, 12].map(changeWords).map(plain)).toEqual(["+18 %", "−3 %", "stable", "stable", "+1 200 %"]);
    expect([0.04, -0.01, 0].map(pointsWords).map(plain)).toEqual(["+4 points", "−1 point", "stable"]);
  });

  it("says lengths of time in what matters", () => {
    expect([0, 59, 60, 3599, 9400, 86_400, 172_800, 412_000].map(lengthWords).map(plain)).toEqual([
      "moins d’une minute",
      "1 min",
      "1 min",
      "1 h",
      "2 h 37",
      "24 h",
      "2 j",
      "4 j 18 h",
    ]);
  });

  it("says once what both days of a span share", () => {
    expect(spanWords("2026-11-01", "2026-11-30")).toBe("du 1er au 30 novembre 2026");
    expect(spanWords("2026-10-30", "2026-11-28")).toBe("du 30 octobre au 28 novembre 2026");
    expect(spanWords("2025-12-30", "2026-01-02")).toBe("du 30 décembre 2025 au 2 janvier 2026");
    expect(spanWords("2026-03-01", "2026-03-01")).toBe("le 1er mars 2026");
  });

  it("counts days over the change to summer time", () => {
    expect([daysBetween("2026-03-28", "2026-03-30"), dayAfter("2026-03-28", 2), daysBetween("2026-10-24", "2026-10-26")]).toEqual([3, "2026-03-30", 3]);
  });
});

describe("the first sentence", () => {
  const mover = { table: "topics", name: "Cartes d’identité", change: 61 };
  const say = (moved: Moved): string => plain(t.sentence(7, "2026-11-22", "2026-11-28", moved));

  it("names what moved most when it moved the same way", () => {
    expect(say({ contacts: 1204, before: 1020, change: 0.18, mover })).toBe("Ces 7 derniers jours : 1 204 contacts, +18 % ; la hausse vient surtout de « Cartes d’identité ».");
    expect(say({ contacts: 900, before: 1020, change: -0.12, mover })).toBe("Ces 7 derniers jours : 900 contacts, −12 %.");
    expect(say({ contacts: 900, before: 1020, change: -0.12, mover: { ...mover, change: -80 } })).toContain("la baisse vient surtout de");
    expect(say({ contacts: 900, before: 900, change: 0, mover })).toBe("Ces 7 derniers jours : 900 contacts, autant qu’avant ; ce qui a le plus bougé : « Cartes d’identité ».");
  });

  it("is right for nothing, one contact and nothing any more", () => {
    expect(say({ contacts: 0, before: 0, change: null, mover: null })).toBe("Ces 7 derniers jours : aucun contact.");
    expect(say({ contacts: 1, before: 0, change: null, mover: null })).toBe("Ces 7 derniers jours : 1 contact, aucun sur la période précédente.");
    expect(say({ contacts: 0, before: 3, change: -1, mover: null })).toBe("Ces 7 derniers jours : aucun contact, après 3 sur la période précédente.");
  });
});

describe("filters", () => {
  it("stand in the address and come back from it", () => {
    for (const search of ["", "?days=7", "?first=2026-01-01&last=2026-01-31", "?days=90&channel=web&service=etat_civil&language=ar"]) {
      expect(searchOf(readFilters(search))).toBe(search);
    }
    expect(searchOf(readFilters("?days=30&unknown=1"))).toBe("");
  });

  it("hand what nobody offers to the gateway, which refuses it in words", () => {
    expect(searchOf(readFilters("?first=hier&service=<b>"))).toBe("?first=hier&service=%3Cb%3E");
  });
});

describe("days as they are drawn", () => {
  it("are days, weeks or months by their number, and no contact is lost", () => {
    expect([30, 92, 93, 400, 401].map(stepOf)).toEqual(["day", "day", "week", "week", "month"]);
    for (const count of [1, 30, 100, 365, 800]) {
      const sum = bucketed(days(count)).reduce((total, { contacts }) => total + contacts, 0);
      expect(sum).toBe(count * 4);
    }
  });

  it("end with a whole week, and know months that are not whole", () => {
    const weeks = bucketed(days(100));
    expect([weeks[0]!.isWhole, weeks.at(-1)!.isWhole, weeks.at(-1)!.last]).toEqual([false, true, "2026-04-10"]);
    const months = bucketed(days(410, () => 1, "2026-01-15"));
    expect([months[0]!.isWhole, months[1]!.isWhole, months[1]!.contacts]).toEqual([false, true, 28]);
  });

  it("give labels that do not lie on each other, in every width", () => {
    for (const width of [240, 390, 1080]) {
      for (const shape of [() => 0, () => 1, (index: number) => index, (index: number) => (index === 29 ? 5000 : 0)]) {
        const chart = drawn(bucketed(days(30, shape)), width);
        const [upper, lower] = chart.ends;
        expect(lower!.y - upper!.y).toBeGreaterThanOrEqual(17);
        expect([upper!.y >= 0, lower!.y <= chart.height]).toEqual([true, true]);
        expect(chart.contacts + chart.ground).not.toContain("NaN");
        expect(chart.ticks.every(({ value }) => Number.isInteger(value))).toBe(true);
      }
    }
  });

  it("are drawn for one day and for none", () => {
    expect(drawn(bucketed(days(1)), 640).ends).toHaveLength(2);
    expect(drawn([], 640)).toMatchObject({ contacts: "", ends: [], marks: [], peak: null });
  });
});

describe("what comes over the wire", () => {
  it("is nothing without days, and zeros for whatever else is missing", () => {
    expect(readInsights({ figures: { span: { first: "hier", last: "2026-01-01" } } })).toBeNull();
    const read = readInsights({ figures: { span: { first: "2026-01-01", last: "2026-01-02" } } })!;
    expect([read.figures.whole.contacts, read.figures.tables.topics, read.figures.times.wait.median, read.today]).toEqual([0, [], null, "2026-01-02"]);
  });

  it("names a mover as the table does", () => {
    const figures = {
      span: { first: "2026-01-01", last: "2026-01-02" },
      sentence: { key: "fewer", values: { contacts: 5, before: 10, change: 0.5, table: "channels", mover: "web", moved: -5 } },
      tables: { channels: [{ key: "web", name: "Site de la ville", count: 5, before: 10, share: 1 }] },
    };
    expect(readInsights({ figures })!.figures.whole).toEqual({ contacts: 5, before: 10, change: -0.5, mover: { table: "channels", name: "Site de la ville", change: -5 } });
  });

  it("reads what nobody took by service, under its code without a name", () => {
    const unclaimed = [{ service: "voirie", relayed: 3, relayed_before: "4", untaken: -1, untaken_before: 2 }];
    const read = readInsights({ figures: { span: { first: "2026-01-01", last: "2026-01-01" }, unclaimed } })!.figures.unclaimed;
    expect(read).toEqual([{ service: "voirie", name: "voirie", relayed: 3, relayedBefore: 0, untaken: 0, untakenBefore: 2 }]);
  });

  it("takes no number that is none", () => {
    const figures = { span: { first: "2026-01-01", last: "2026-01-01" }, series: { days: [{ day: "2026-01-01", contacts: "12" }, { day: "<b>" }], hours: [{ weekday: 9, hour: 1, contacts: 1 }] } };
    const read = readInsights({ figures })!.figures;
    expect([read.days, read.hours]).toEqual([[{ day: "2026-01-01", contacts: 0, contained: 0, cases: 0, mails: 0 }], []]);
  });
});
