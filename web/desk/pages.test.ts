import { describe, expect, it } from "vitest";

import { addressOf, doorAddress, maySee, pageOf, PAGES } from "./pages";

describe("addresses of the pages", () => {
  it("lead to the pages that they are of", () => {
    expect(PAGES.map((page) => pageOf(addressOf(page)))).toEqual([...PAGES]);
    expect([pageOf("/desk/"), pageOf("/desk/insights/"), pageOf("/desk/nothing"), pageOf("/desk/constructor")]).toEqual(["cases", "insights", "cases", "cases"]);
  });

  it("come back through the door", () => {
    expect(doorAddress({ pathname: "/desk", search: "" })).toBe("/desk/login");
    expect(doorAddress({ pathname: "/desk/insights", search: "?days=7&service=a_b" })).toBe("/desk/login?next=%2Fdesk%2Finsights%3Fdays%3D7%26service%3Da_b");
  });

  it("show figures and what is to be judged to those who lead, and everything else to everybody", () => {
    expect(["agent", "supervisor", "admin", ""].map((role) => maySee("insights", role))).toEqual([false, true, true, false]);
    expect(PAGES.filter((page) => !maySee(page, "agent"))).toEqual(["teaching", "insights"]);
  });
});
