import type { Confidence } from "../model/rule.ts";

/** A match as arbitration sees it. */
export interface Contender<Item> {
  readonly start: number;
  readonly end: number;
  readonly confidence: Confidence;
  readonly rank: number;
  readonly id: string;
  readonly item: Item;
}

/**
 * One span, one winner. Of matches that overlap, one that is listed only (`low`) yields to any other; then the lower rank wins, then the
 * longer, then the id. Gives the winners by start, each with what it beat: of each other rule the first.
 */
export function arbitrate<Item>(
  contenders: readonly Contender<Item>[],
): readonly { readonly item: Item; readonly beaten: readonly Contender<Item>[] }[] {
  const [first, second] = contenders;
  if (contenders.length === 2 && first !== undefined && second !== undefined && overlap(first, second)) {
    // Nearly always it is two of one value.
    const [winner, other] = compare(first, second) <= 0 ? [first, second] : [second, first];
    return [{ item: winner.item, beaten: winner.id === other.id ? [] : [other] }];
  }
  const byStart = [...contenders].sort((one, other) => one.start - other.start || compare(one, other));
  const winners: { contender: Contender<Item>; beaten: Contender<Item>[] }[] = [];
  let group: Contender<Item>[] = [];
  let end = -1;
  const settle = (): void => {
    const kept: { contender: Contender<Item>; beaten: Contender<Item>[] }[] = [];
    for (const contender of group.sort(compare)) {
      const over = kept.find(({ contender: winner }) => overlap(winner, contender));
      if (over === undefined) kept.push({ contender, beaten: [] });
      else if (over.contender.id !== contender.id && !over.beaten.some(({ id }) => id === contender.id)) over.beaten.push(contender);
    }
    winners.push(...kept.sort((one, other) => one.contender.start - other.contender.start));
    group = [];
  };
  for (const contender of byStart) {
    if (contender.start >= end && group.length > 0) settle();
    group.push(contender);
    end = group.length === 1 ? contender.end : Math.max(end, contender.end);
  }
  if (group.length > 0) settle();
  return winners.map(({ contender, beaten }) => ({ item: contender.item, beaten }));
}

function overlap(one: Contender<unknown>, other: Contender<unknown>): boolean {
  return one.start < other.end && other.start < one.end;
}

function compare(one: Contender<unknown>, other: Contender<unknown>): number {
  return (
    Number(one.confidence === "low") - Number(other.confidence === "low") ||
    one.rank - other.rank ||
    other.end - other.start - (one.end - one.start) ||
    (one.id < other.id ? -1 : one.id > other.id ? 1 : 0) ||
    one.start - other.start
  );
}
