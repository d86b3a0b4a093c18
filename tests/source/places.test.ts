import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { findPlaces } from "../../src/source/places.ts";

const top = mkdtempSync(join(tmpdir(), "zicha-places-"));
afterAll(() => rmSync(top, { recursive: true, force: true }));

test.skipIf(process.platform === "win32")("names homes, and the mail, chat and cloud folders that are there", () => {
  for (const path of ["home/li/.thunderbird", "home/li/Documents/WeChat Files", "home/wang/OneDrive - Bank", "home/lost+found", "root"]) {
    mkdirSync(join(top, path), { recursive: true });
  }
  expect(findPlaces(top).map(({ kind, path }) => `${kind} ${path.slice(top.length)}`)).toEqual([
    "home /home/li",
    "home /home/wang",
    "home /root",
    "mail /home/li/.thunderbird",
    "chat /home/li/Documents/WeChat Files",
    "cloud /home/wang/OneDrive - Bank",
  ]);
});
