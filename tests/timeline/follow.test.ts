/** Events reach readers in order, in batches that end, and all of them. */
import { describe, expect, it } from "vitest";
import { EventStream, type MoultEvent } from "../../src/events/events.js";
import { follow } from "../../src/timeline/follow.js";
import { collection } from "../events/samples.js";

function followed() {
  const stream = new EventStream();
  const heard: number[] = [];
  const reader = {
    add: (event: MoultEvent) => void heard.push(event.type === "collection" ? event.sequence : -1),
  };
  const stop = follow({ on: (name, listener) => stream.on(name, listener) }, reader);
  const tell = (sequence: number, startedAtMs: number) =>
    stream.emit("collection", collection({ sequence, startedAtMs }));
  return { stream, heard, stop, tell };
}

describe("following", () => {
  it("hands on a batch when it is full", () => {
    const { heard, tell } = followed();
    for (let n = 1; n <= 1100; n++) tell(n, 0);
    expect(heard).toEqual(Array.from({ length: 1024 }, (_, n) => n + 1));
  });

  it("hands on what has waited for a second, when something comes", () => {
    const { heard, tell } = followed();
    tell(1, 0);
    tell(2, 999);
    expect(heard).toEqual([]);
    tell(3, 1000);
    expect(heard).toEqual([1, 2, 3]);
  });

  it("hands on everything at detach, and when it stops, and nothing after that", () => {
    const { stream, heard, stop, tell } = followed();
    tell(1, 0);
    stream.emit("detach", { type: "detach", poolBlocks: 0, atMs: 1 });
    expect(heard).toEqual([1, -1]);
    tell(2, 2);
    stop();
    expect(heard).toEqual([1, -1, 2]);
    tell(3, 3);
    stop();
    expect(heard).toEqual([1, -1, 2]);
  });
});
