import type { Validator } from "../../model/rule.ts";
import { passesLuhn } from "../shared/checksum.ts";

/** The first number of magnetic track data is a card number (Luhn), and after the separator stands a month of expiry, yyMM (ISO/IEC 7813). */
export const trackPan: Validator = {
  id: "track-pan",
  reference: "ISO/IEC 7813",
  check(value) {
    const parts = /^[%;]?(?:99|[B9])?(\d{12,19})(?:\^[^^]{2,26}\^|[=D])(\d{2})(\d{2})/.exec(value);
    if (parts === null) return "invalid";
    const month = Number(parts[3]);
    return passesLuhn(parts[1] ?? "") && month >= 1 && month <= 12 ? "valid" : "invalid";
  },
};
