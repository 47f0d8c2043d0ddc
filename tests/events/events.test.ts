/** The stream of events: order, subscribing while it delivers, and listeners that throw. */
import { describe, expect, it } from "vitest";
import { EventStream } from "../../src/events/events.js";
import { collection } from "./samples.js";

const detach = { type: "detach", poolBlocks: 0, atMs: 1 } as const;

describe("EventStream", () => {
  it("delivers in the order of subscription until unsubscribed", () => {
    const stream = new EventStream();
    const heard: string[] = [];
    const stop = stream.on("collection", ({ sequence }) => heard.push(`first ${sequence}`));
    stream.on("collection", ({ sequence }) => heard.push(`second ${sequence}`));
    stream.emit("collection", collection({ sequence: 1 }));
    stop();
    stop();
    stream.emit("collection", collection({ sequence: 2 }));
    expect(heard).toEqual(["first 1", "second 1", "second 2"]);
  });

  it("knows whether somebody listens", () => {
    const stream = new EventStream();
    expect(stream.wants("warning")).toBe(false);
    const stop = stream.on("warning", () => {});
    expect(stream.wants("warning")).toBe(true);
    expect(stream.wants("collection")).toBe(false);
    stop();
    expect(stream.wants("warning")).toBe(false);
  });

  it("lets a listener subscribe another, which hears the next event", () => {
    const stream = new EventStream();
    let heard = 0;
    const again = () => {
      heard += 1;
      stream.on("detach", again.bind(null));
    };
    stream.on("detach", again);
    stream.emit("detach", detach);
    expect(heard).toBe(1);
    stream.emit("detach", detach);
    expect(heard).toBe(3);
  });

  it.each(["collect", "toString"])("names the events there are when asked for %o", (name) => {
    const on = () => new EventStream().on(name as "collection", () => {});
    expect(on).toThrow(
      `no event "${name}"; there are: collection, cycle, bridge, memory-limit, warning, detach`,
    );
  });

  it("reports an error of a listener outside of the collection, and delivers to the others", async () => {
    const stream = new EventStream();
    const heard: string[] = [];
    const own = process.listeners("uncaughtException");
    process.removeAllListeners("uncaughtException");
    const reported = new Promise((resolve) => process.once("uncaughtException", resolve));
    stream.on("detach", () => {
      throw new Error("mine");
    });
    stream.on("detach", () => heard.push("second"));
    stream.emit("detach", detach);
    expect(heard).toEqual(["second"]);
    expect(await reported).toEqual(new Error("mine"));
    for (const listener of own) process.on("uncaughtException", listener);
  });
});
