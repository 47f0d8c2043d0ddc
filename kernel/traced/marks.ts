/**
 * Which blocks were reached, a bit for eight bytes of memory, and in which order their content is looked at: page by page, first come
 * first served, so that many blocks of a page are waiting when its turn comes, and the processor reads from one page at a time. What
 * is come upon in the page that is being looked at is next.
 *
 *   queue    page │ page │ page │ …        each page once
 *              ▼
 *   waiting  0 0 1 0 0 1 1 0 …             a bit for eight bytes of the page
 *              ▼
 *   stack    block │ block │ …             of this page; each is pushed once, so all there can be have room
 */
import { PAGE_SHIFT, PAGE_SIZE } from "../pool/page";
import { hasBit, setBit } from "./bits";

/** Bytes of bits for a page, and of memory for eight bytes of bits. */
const PAGE_BITS_SHIFT: u32 = PAGE_SHIFT - 6;
const WORD_OF_BITS: u32 = 512;
const NONE: u32 = ~0;

let bits: u32 = 0, waiting: u32 = 0;
/** A ring with room for all pages, and a byte for each page that says whether it is in there. */
let queue: u32 = 0, queueEnd: u32 = 0, head: u32 = 0, tail: u32 = 0, queued: u32 = 0;
/** The page that is looked at; of its bits those that are still to come, and what memory they are for. */
let current: u32 = NONE, word: u32 = 0, wordEnd: u32 = 0, address: u32 = 0;
let stack: u32 = 0, top: u32 = 0;

@inline function pagesUpTo(end: u32): u32 { return (end >> PAGE_SHIFT) + 1; }
/** Bytes of the bits for memory up to `end`. */
@inline export function bitsFor(end: u32): u32 { return pagesUpTo(end) << PAGE_BITS_SHIFT; }
/** Bytes of the queue and the stack for so much memory. A full ring would look like an empty one. */
@inline export function queueFor(end: u32): u32 { return (pagesUpTo(end) + 8) * 5 + PAGE_SIZE / 8 * 4; }

/** Gives them memory, and clears the bits. */
export function beginMarks(bitmap: u32, end: u32, waitingBits: u32, pages: u32): void {
  const entries = (pagesUpTo(end) + 8) & ~7;
  bits = bitmap;
  waiting = waitingBits;
  memory.fill(bits, 0, bitsFor(end));
  memory.fill(waiting, 0, bitsFor(end));
  queue = head = tail = pages;
  queued = queueEnd = pages + (entries << 2);
  memory.fill(queued, 0, entries);
  stack = top = queued + entries;
  current = NONE;
  word = wordEnd = 0;
}

@inline export function isMarked(block: u32): bool { return hasBit(bits, block); }

/** Marks a block without having its content looked at. */
@inline export function claim(block: u32): void { setBit(bits, block); }

/** Marks all blocks of a part of memory that have a bit in others like these, of so many bytes. */
export function claimAll(start: u32, others: u32, bytes: u32): void { memory.copy(bits + (start >> 6), others, bytes); }

/** Marks a block whose content is to be looked at. */
@inline export function push(block: u32): void {
  claim(block);
  const page = block >> PAGE_SHIFT;
  if (page == current) {
    store<u32>(top, block);
    top += 4;
  } else {
    setBit(waiting, block);
    if (load<u8>(queued + page) == 0) enqueue(page);
  }
}

function enqueue(page: u32): void {
  store<u8>(queued + page, 1);
  store<u32>(tail, page);
  tail = tail + 4 == queueEnd ? queue : tail + 4;
}

/** The next whose content is to be looked at; 0 when there is none. */
export function pop(): u32 {
  if (top != stack) {
    top -= 4;
    return load<u32>(top);
  }
  while (true) {
    for (; word < wordEnd; word += 8, address += WORD_OF_BITS) {
      const set = load<u64>(word);
      if (set == 0) continue;
      store<u64>(word, set & (set - 1));
      return address + (<u32>ctz(set) << 3);
    }
    if (head == tail) return 0;
    turnTo(load<u32>(head));
    head = head + 4 == queueEnd ? queue : head + 4;
  }
}

function turnTo(page: u32): void {
  store<u8>(queued + page, 0);
  current = page;
  word = waiting + (page << PAGE_BITS_SHIFT);
  wordEnd = word + (1 << PAGE_BITS_SHIFT);
  address = page << PAGE_SHIFT;
}
