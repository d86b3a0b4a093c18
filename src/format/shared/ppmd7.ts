/** Bits of a scaled probability, and of the period over which it is taken. */
const intBits = 7;
const periodBits = 7;
const binTotal = 1 << 14;
const maxFreq = 124;
/** Bytes of a unit: a context, or two symbols of one. */
const unit = 12;
const indexes = 38;
/** Order, and bytes of memory, that the method knows. */
const orders = { least: 2, most: 64 } as const;

const expEscape: readonly number[] = [25, 14, 9, 7, 5, 5, 4, 4, 4, 3, 3, 3, 2, 2, 2, 2];
const initBinEscape: readonly number[] = [0x3cdd, 0x1f3f, 0x59bf, 0x48f3, 0x64a1, 0x5abc, 0x6632, 0x6051];

const indexToUnits = new Uint8Array(indexes);
const unitsToIndex = new Uint8Array(128);
const statsToBin = new Uint8Array(256);
const statsToIndex = new Uint8Array(256);
for (let index = 0, count = 0; index < indexes; index++) {
  for (let step = index >= 12 ? 4 : (index >> 2) + 1; step > 0; step--) unitsToIndex[count++] = index;
  indexToUnits[index] = count;
}
statsToBin.fill(4, 2, 11).fill(6, 11)[1] = 2;
for (let at = 0, value = 0, left = 1; at < 256; at++) {
  if (at < 3) {
    statsToIndex[at] = at;
    value = 3;
    continue;
  }
  statsToIndex[at] = value;
  if (--left === 0) left = ++value - 2;
}

/** Bytes that one symbol takes at most: an escape for each order, four bytes each, twice over. */
export const ppmdMargin = 1024;

/** Decodes symbols; what it has learned stays from call to call. */
export interface Ppmd7 {
  /** Takes the first five bytes; false where they are none of a stream. */
  begin(input: Uint8Array, at: number): boolean;
  /**
   * Fills `out` from the bytes at `at`, as long as the place in them is below `end`. Gives how many came out; -1 for damage. A place behind
   * the bytes reads zeros.
   */
  run(input: Uint8Array, at: number, end: number, out: Uint8Array): number;
  /** Where the last run stopped in its input. */
  taken(): number;
}

/**
 * PPMd variant H with the range coder of 7z (after Shkarin's ppmdh and 7-Zip's description of it): every byte is foretold from up to `order`
 * before it. The memory is laid out as the packer's was, since both forget when it is full. Undefined for settings that are none.
 */
export function createPpmd7(order: number, size: number): Ppmd7 | undefined {
  if (order < orders.least || order > orders.most || size < 2048) return undefined;
  const start = 4 - (size & 3);
  const buffer = new ArrayBuffer(start + size + unit);
  const m8 = new Uint8Array(buffer);
  const m16 = new Uint16Array(buffer, 0, (start + size + unit) >> 1);
  const m32 = new Uint32Array(buffer, 0, (start + size + unit) >> 2);
  const freeList = new Uint32Array(indexes);
  const binSums = new Uint16Array(128 * 64);
  const seeSum = new Uint16Array(25 * 16 + 1);
  const seeShift = new Uint8Array(25 * 16 + 1);
  const seeCount = new Uint8Array(25 * 16 + 1);
  const dummySee = 25 * 16;
  const mask = new Uint8Array(256);
  const shown = new Uint32Array(256);
  const path = new Uint32Array(orders.most);
  let text = 0;
  let unitsStart = 0;
  let low = 0;
  let high = 0;
  let glueCount = 0;
  let orderFall = 0;
  let runLength = 0;
  let initRunLength = 0;
  let initEscape = 0;
  let previousSuccess = 0;
  let highBits = 0;
  let minContext = 0;
  let maxContext = 0;
  let found = 0;
  let range = 0;
  let code = 0;
  let input: Uint8Array = m8;
  let inAt = 0;
  let broken = false;

  // A context: number of symbols at 0, sum of frequencies at 2, place of the symbols at 4, suffix at 8; of one symbol, that stands at 2.
  // A symbol: itself at 0, its frequency at 1, its successor in two halves at 2 and 4.
  const statCount = (context: number): number => m16[context >> 1] as number;
  const sumOf = (context: number): number => m16[(context >> 1) + 1] as number;
  const setSum = (context: number, sum: number): void => {
    m16[(context >> 1) + 1] = sum;
  };
  const statsOf = (context: number): number => m32[(context >> 2) + 1] as number;
  const suffixOf = (context: number): number => m32[(context >> 2) + 2] as number;
  const frequency = (state: number): number => m8[state + 1] as number;
  const successor = (state: number): number => ((m16[(state >> 1) + 1] as number) | ((m16[(state >> 1) + 2] as number) << 16)) >>> 0;
  const setSuccessor = (state: number, to: number): void => {
    m16[(state >> 1) + 1] = to & 0xffff;
    m16[(state >> 1) + 2] = to >>> 16;
  };
  const copyState = (to: number, from: number): void => {
    m16.copyWithin(to >> 1, from >> 1, (from >> 1) + 3);
  };
  const swapStates = (a: number, b: number): void => {
    for (let word = 0; word < 3; word++) {
      const held = m16[(a >> 1) + word] as number;
      m16[(a >> 1) + word] = m16[(b >> 1) + word] as number;
      m16[(b >> 1) + word] = held;
    }
  };
  const highFlag = (symbol: number): number => (symbol >= 0x40 ? 8 : 0);

  function insertNode(node: number, index: number): void {
    m32[node >> 2] = freeList[index] as number;
    freeList[index] = node;
  }
  function removeNode(index: number): number {
    const node = freeList[index] as number;
    freeList[index] = m32[node >> 2] as number;
    return node;
  }
  /** Puts what is left of a block that was cut to `units` from `at` on into the lists. */
  function insertRest(at: number, units: number): void {
    let index = unitsToIndex[units - 1] as number;
    if (indexToUnits[index] !== units) {
      const smaller = indexToUnits[--index] as number;
      insertNode(at + smaller * unit, units - smaller - 1);
    }
    insertNode(at, index);
  }
  function splitBlock(block: number, oldIndex: number, newIndex: number): void {
    const kept = indexToUnits[newIndex] as number;
    insertRest(block + kept * unit, (indexToUnits[oldIndex] as number) - kept);
  }
  /** Joins free blocks that touch. A node: 0 while free at 0, its units at 2, the next at 4, the one before at 8. */
  function glueFreeBlocks(): void {
    const head = start + size;
    let node = head;
    glueCount = 255;
    for (let index = 0; index < indexes; index++) {
      let next = freeList[index] as number;
      freeList[index] = 0;
      while (next !== 0) {
        m32[(next >> 2) + 1] = node;
        m32[(node >> 2) + 2] = next;
        node = next;
        next = m32[node >> 2] as number;
        m16[node >> 1] = 0;
        m16[(node >> 1) + 1] = indexToUnits[index] as number;
      }
    }
    m16[head >> 1] = 1;
    m32[(head >> 2) + 1] = node;
    m32[(node >> 2) + 2] = head;
    if (low !== high) m16[low >> 1] = 1;
    while (node !== head) {
      let units = m16[(node >> 1) + 1] as number;
      for (;;) {
        const other = node + units * unit;
        units += m16[(other >> 1) + 1] as number;
        if (m16[other >> 1] !== 0 || units >= 0x1_0000) break;
        m32[((m32[(other >> 2) + 2] as number) >> 2) + 1] = m32[(other >> 2) + 1] as number;
        m32[((m32[(other >> 2) + 1] as number) >> 2) + 2] = m32[(other >> 2) + 2] as number;
        m16[(node >> 1) + 1] = units;
      }
      node = m32[(node >> 2) + 1] as number;
    }
    for (node = m32[(head >> 2) + 1] as number; node !== head;) {
      const next = m32[(node >> 2) + 1] as number;
      let units = m16[(node >> 1) + 1] as number;
      let at = node;
      for (; units > 128; units -= 128, at += 128 * unit) insertNode(at, indexes - 1);
      insertRest(at, units);
      node = next;
    }
  }
  /** 0 where there is no room. */
  function allocateRare(index: number): number {
    if (glueCount === 0) {
      glueFreeBlocks();
      if (freeList[index] !== 0) return removeNode(index);
    }
    let larger = index;
    do {
      if (++larger === indexes) {
        const bytes = (indexToUnits[index] as number) * unit;
        glueCount--;
        if (unitsStart - text <= bytes) return 0;
        unitsStart -= bytes;
        return unitsStart;
      }
    } while (freeList[larger] === 0);
    const block = removeNode(larger);
    splitBlock(block, larger, index);
    return block;
  }
  function allocate(index: number): number {
    if (freeList[index] !== 0) return removeNode(index);
    const bytes = (indexToUnits[index] as number) * unit;
    if (bytes > high - low) return allocateRare(index);
    low += bytes;
    return low - bytes;
  }
  function shrink(block: number, oldUnits: number, newUnits: number): number {
    const oldIndex = unitsToIndex[oldUnits - 1] as number;
    const newIndex = unitsToIndex[newUnits - 1] as number;
    if (oldIndex === newIndex) return block;
    if (freeList[newIndex] !== 0) {
      const other = removeNode(newIndex);
      m8.copyWithin(other, block, block + newUnits * unit);
      insertNode(block, oldIndex);
      return other;
    }
    splitBlock(block, oldIndex, newIndex);
    return block;
  }

  function restart(): void {
    freeList.fill(0);
    text = start;
    high = text + size;
    low = unitsStart = high - Math.floor(Math.floor(size / 8) / unit) * 7 * unit;
    glueCount = 0;
    orderFall = order;
    runLength = initRunLength = -Math.min(order, 12) - 1;
    previousSuccess = 0;
    high -= unit;
    minContext = maxContext = high;
    found = low;
    low += 128 * unit;
    m16[minContext >> 1] = 256;
    setSum(minContext, 257);
    m32[(minContext >> 2) + 1] = found;
    m32[(minContext >> 2) + 2] = 0;
    for (let symbol = 0; symbol < 256; symbol++) {
      const state = found + symbol * 6;
      m8[state] = symbol;
      m8[state + 1] = 1;
      setSuccessor(state, 0);
    }
    for (let row = 0; row < 128; row++)
      for (let column = 0; column < 64; column++)
        binSums[row * 64 + column] = binTotal - Math.floor((initBinEscape[column & 7] ?? 0) / (row + 2));
    for (let row = 0; row < 25; row++) {
      for (let column = 0; column < 16; column++) {
        seeShift[row * 16 + column] = periodBits - 4;
        seeSum[row * 16 + column] = (5 * row + 10) << (periodBits - 4);
        seeCount[row * 16 + column] = 4;
      }
    }
    seeShift[dummySee] = periodBits;
    seeSum[dummySee] = 0;
    seeCount[dummySee] = 64;
  }

  const find = (context: number, symbol: number): number => {
    if (statCount(context) === 1) return context + 2;
    let state = statsOf(context);
    while (m8[state] !== symbol) state += 6;
    return state;
  };

  /** 0 where there is no room. */
  function createSuccessors(skip: boolean): number {
    let context = minContext;
    const branch = successor(found);
    const symbol = m8[found] as number;
    let count = 0;
    if (!skip) path[count++] = found;
    while (suffixOf(context) !== 0) {
      context = suffixOf(context);
      const state = find(context, symbol);
      const next = successor(state);
      if (next !== branch) {
        context = next;
        if (count === 0) return context;
        break;
      }
      path[count++] = state;
    }
    const upSymbol = m8[branch] as number;
    let upFrequency: number;
    if (statCount(context) === 1) upFrequency = frequency(context + 2);
    else {
      const own = frequency(find(context, upSymbol)) - 1;
      const others = sumOf(context) - statCount(context) - own;
      upFrequency = 1 + (2 * own <= others ? (5 * own > others ? 1 : 0) : Math.floor((2 * own + 3 * others - 1) / (2 * others)));
    }
    do {
      let child: number;
      if (high !== low) child = high -= unit;
      else if (freeList[0] !== 0) child = removeNode(0);
      else {
        child = allocateRare(0);
        if (child === 0) return 0;
      }
      m16[child >> 1] = 1;
      m8[child + 2] = upSymbol;
      m8[child + 3] = upFrequency;
      setSuccessor(child + 2, branch + 1);
      m32[(child >> 2) + 2] = context;
      setSuccessor(path[--count] as number, child);
      context = child;
    } while (count !== 0);
    return context;
  }

  function updateModel(): void {
    const symbol = m8[found] as number;
    const foundFrequency = frequency(found);
    let next = successor(found);
    if (foundFrequency < maxFreq / 4 && suffixOf(minContext) !== 0) {
      const context = suffixOf(minContext);
      if (statCount(context) === 1) {
        if (frequency(context + 2) < 32) m8[context + 3] = frequency(context + 2) + 1;
      } else {
        let state = find(context, symbol);
        if (state !== statsOf(context) && frequency(state) >= frequency(state - 6)) {
          swapStates(state, state - 6);
          state -= 6;
        }
        if (frequency(state) < maxFreq - 9) {
          m8[state + 1] = frequency(state) + 2;
          setSum(context, sumOf(context) + 2);
        }
      }
    }
    if (orderFall === 0) {
      minContext = maxContext = createSuccessors(true);
      if (minContext === 0) restart();
      else setSuccessor(found, minContext);
      return;
    }
    m8[text++] = symbol;
    let following = text;
    if (text >= unitsStart) {
      restart();
      return;
    }
    if (next === 0) {
      setSuccessor(found, following);
      next = minContext;
    } else {
      if (next <= following) {
        next = createSuccessors(false);
        if (next === 0) {
          restart();
          return;
        }
      }
      if (--orderFall === 0) {
        following = next;
        if (maxContext !== minContext) text--;
      }
    }
    const stats = statCount(minContext);
    const rest = sumOf(minContext) - stats - (foundFrequency - 1);
    for (let context = maxContext; context !== minContext; context = suffixOf(context)) {
      const own = statCount(context);
      if (own === 1) {
        const state = allocate(0);
        if (state === 0) {
          restart();
          return;
        }
        copyState(state, context + 2);
        m32[(context >> 2) + 1] = state;
        m8[state + 1] = frequency(state) < maxFreq / 4 - 1 ? frequency(state) << 1 : maxFreq - 4;
        setSum(context, frequency(state) + initEscape + (stats > 3 ? 1 : 0));
      } else {
        if ((own & 1) === 0) {
          const units = own >> 1;
          const index = unitsToIndex[units - 1] as number;
          if (index !== unitsToIndex[units]) {
            const block = allocate(index + 1);
            if (block === 0) {
              restart();
              return;
            }
            const old = statsOf(context);
            m8.copyWithin(block, old, old + units * unit);
            insertNode(old, index);
            m32[(context >> 2) + 1] = block;
          }
        }
        const sum = sumOf(context);
        setSum(context, sum + (2 * own < stats ? 1 : 0) + (4 * own <= stats && sum <= 8 * own ? 2 : 0));
      }
      const weight = 2 * foundFrequency * (sumOf(context) + 6);
      const scale = rest + sumOf(context);
      let given: number;
      if (weight < 6 * scale) {
        given = 1 + (weight > scale ? 1 : 0) + (weight >= 4 * scale ? 1 : 0);
        setSum(context, sumOf(context) + 3);
      } else {
        given = 4 + (weight >= 9 * scale ? 1 : 0) + (weight >= 12 * scale ? 1 : 0) + (weight >= 15 * scale ? 1 : 0);
        setSum(context, sumOf(context) + given);
      }
      const state = statsOf(context) + own * 6;
      setSuccessor(state, following);
      m8[state] = symbol;
      m8[state + 1] = given;
      m16[context >> 1] = own + 1;
    }
    maxContext = minContext = next;
  }

  function rescale(): void {
    const stats = statsOf(minContext);
    /** Moves a symbol to the front of those before it down to `to`. */
    const rotate = (from: number, to: number): void => {
      const [a, b, c] = [m16[from >> 1] as number, m16[(from >> 1) + 1] as number, m16[(from >> 1) + 2] as number];
      m16.copyWithin((to >> 1) + 3, to >> 1, from >> 1);
      m16[to >> 1] = a;
      m16[(to >> 1) + 1] = b;
      m16[(to >> 1) + 2] = c;
    };
    rotate(found, stats);
    let state = stats;
    let escape = sumOf(minContext) - frequency(state);
    const adder = orderFall === 0 ? 0 : 1;
    m8[state + 1] = (frequency(state) + 4 + adder) >> 1;
    let sum = frequency(state);
    const count = statCount(minContext);
    for (let left = count - 1; left > 0; left--) {
      state += 6;
      escape -= frequency(state);
      m8[state + 1] = (frequency(state) + adder) >> 1;
      sum += frequency(state);
      if (frequency(state) <= frequency(state - 6)) continue;
      let to = state - 6;
      while (to !== stats && frequency(state) > frequency(to - 6)) to -= 6;
      rotate(state, to);
    }
    if (frequency(state) === 0) {
      let gone = 0;
      do {
        gone++;
        state -= 6;
      } while (frequency(state) === 0);
      escape += gone;
      const left = count - gone;
      m16[minContext >> 1] = left;
      if (left === 1) {
        let own = frequency(stats);
        do {
          own -= own >> 1;
          escape >>= 1;
        } while (escape > 1);
        found = minContext + 2;
        copyState(found, stats);
        m8[found + 1] = own;
        insertNode(stats, unitsToIndex[((count + 1) >> 1) - 1] as number);
        return;
      }
      const before = (count + 1) >> 1;
      const after = (left + 1) >> 1;
      if (before !== after) m32[(minContext >> 2) + 1] = shrink(stats, before, after);
    }
    setSum(minContext, sum + escape - (escape >> 1));
    found = statsOf(minContext);
  }

  function nextContext(): void {
    const context = successor(found);
    if (orderFall === 0 && context > text) minContext = maxContext = context;
    else updateModel();
  }
  function decode(from: number, width: number): void {
    code = (code - Math.imul(from, range)) >>> 0;
    range = Math.imul(range, width) >>> 0;
    normalise();
  }
  function normalise(): void {
    while (range < 2 ** 24) {
      code = ((code << 8) | (input[inAt] ?? 0)) >>> 0;
      inAt++;
      range = (range << 8) >>> 0;
      if (range === 0) return;
    }
  }
  function threshold(total: number): number {
    range = Math.floor(range / total);
    return range === 0 ? total : Math.floor(code / range);
  }

  /** The next byte; -1 at an end that the stream marks, -2 for damage. */
  function symbolOf(): number {
    if (statCount(minContext) === 1) {
      const state = minContext + 2;
      highBits = highFlag(m8[found] as number);
      const place =
        (frequency(state) - 1) * 64 +
        previousSuccess +
        (statsToBin[statCount(suffixOf(minContext)) - 1] as number) +
        highBits +
        2 * highFlag(m8[state] as number) +
        ((runLength >> 26) & 0x20);
      const probability = binSums[place] as number;
      const mean = (probability + (1 << (periodBits - 2))) >> periodBits;
      const bound = Math.imul(range >>> 14, probability) >>> 0;
      if (code < bound) {
        range = bound;
        normalise();
        binSums[place] = probability + (1 << intBits) - mean;
        found = state;
        const symbol = m8[state] as number;
        m8[state + 1] = frequency(state) + (frequency(state) < 128 ? 1 : 0);
        previousSuccess = 1;
        runLength++;
        nextContext();
        return symbol;
      }
      code -= bound;
      range -= bound;
      normalise();
      binSums[place] = probability - mean;
      initEscape = expEscape[(probability - mean) >> 10] ?? 0;
      mask.fill(1);
      mask[m8[state] as number] = 0;
      previousSuccess = 0;
    } else {
      let state = statsOf(minContext);
      const sum = sumOf(minContext);
      const count = threshold(sum);
      let reached = frequency(state);
      if (count < reached) {
        decode(0, reached);
        found = state;
        const symbol = m8[state] as number;
        previousSuccess = 2 * reached > sum ? 1 : 0;
        runLength += previousSuccess;
        setSum(minContext, sum + 4);
        m8[state + 1] = reached + 4;
        if (reached + 4 > maxFreq) rescale();
        nextContext();
        return symbol;
      }
      previousSuccess = 0;
      const stats = statCount(minContext);
      for (let left = stats - 1; left > 0; left--) {
        state += 6;
        const own = frequency(state);
        reached += own;
        if (reached <= count) continue;
        decode(reached - own, own);
        const symbol = m8[state] as number;
        found = state;
        m8[state + 1] = own + 4;
        setSum(minContext, sum + 4);
        if (frequency(state) > frequency(state - 6)) {
          swapStates(state, state - 6);
          found = state - 6;
          if (frequency(found) > maxFreq) rescale();
        }
        nextContext();
        return symbol;
      }
      if (count >= sum) return -2;
      highBits = highFlag(m8[found] as number);
      decode(reached, sum - reached);
      mask.fill(1);
      for (let left = stats; left > 0; left--, state -= 6) mask[m8[state] as number] = 0;
    }
    for (;;) {
      const masked = statCount(minContext);
      do {
        orderFall++;
        if (suffixOf(minContext) === 0) return -1;
        minContext = suffixOf(minContext);
      } while (statCount(minContext) === masked);
      const all = statCount(minContext);
      const open = all - masked;
      let sum = 0;
      let state = statsOf(minContext);
      for (let index = 0; index < open; state += 6) {
        if (mask[m8[state] as number] === 0) continue;
        sum += frequency(state);
        shown[index++] = state;
      }
      let see = dummySee;
      let escape = 1;
      if (all !== 256) {
        see =
          (statsToIndex[open - 1] as number) * 16 +
          (open < statCount(suffixOf(minContext)) - all ? 1 : 0) +
          (sumOf(minContext) < 11 * all ? 2 : 0) +
          (masked > open ? 4 : 0) +
          highBits;
        const share = (seeSum[see] as number) >> (seeShift[see] as number);
        seeSum[see] = (seeSum[see] as number) - share;
        escape = share === 0 ? 1 : share;
      }
      const total = escape + sum;
      const count = threshold(total);
      if (count < sum) {
        let index = 0;
        let reached = frequency(shown[0] as number);
        while (reached <= count) reached += frequency(shown[++index] as number);
        state = shown[index] as number;
        const own = frequency(state);
        decode(reached - own, own);
        if ((seeShift[see] as number) < periodBits) {
          seeCount[see] = (seeCount[see] as number) - 1;
          if (seeCount[see] === 0) {
            seeSum[see] = (seeSum[see] as number) << 1;
            seeCount[see] = 3 << (seeShift[see] as number);
            seeShift[see] = (seeShift[see] as number) + 1;
          }
        }
        found = state;
        const symbol = m8[state] as number;
        setSum(minContext, sumOf(minContext) + 4);
        m8[state + 1] = own + 4;
        if (own + 4 > maxFreq) rescale();
        runLength = initRunLength;
        updateModel();
        return symbol;
      }
      if (count >= total) return -2;
      decode(sum, total - sum);
      seeSum[see] = (seeSum[see] as number) + total;
      for (let index = 0; index < open; index++) mask[m8[shown[index] as number] as number] = 0;
    }
  }

  restart();
  return {
    begin(bytes, at): boolean {
      range = 0xffff_ffff;
      code = (((bytes[at + 1] ?? 0) << 24) | ((bytes[at + 2] ?? 0) << 16) | ((bytes[at + 3] ?? 0) << 8) | (bytes[at + 4] ?? 0)) >>> 0;
      return bytes[at] === 0;
    },
    run(bytes, at, end, out): number {
      input = bytes;
      inAt = at;
      for (let count = 0; count < out.length; count++) {
        if (inAt >= end) return count;
        const symbol = broken ? -1 : symbolOf();
        if (symbol < 0) {
          // What it has learned no longer fits: nothing more may be asked of it.
          broken = true;
          return count === 0 ? -1 : count;
        }
        out[count] = symbol;
      }
      return out.length;
    },
    taken: () => inAt,
  };
}
