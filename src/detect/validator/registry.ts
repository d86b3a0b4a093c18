import type { Validator } from "../../model/rule.ts";
import { bankBin } from "./bankBin.ts";
import { bicCountry } from "./bicCountry.ts";
import { businessRegistration } from "./businessRegistration.ts";
import { cardScheme } from "./cardScheme.ts";
import { emailDomain } from "./emailDomain.ts";
import { hongKongId } from "./hongKongId.ts";
import { iban } from "./iban.ts";
import { iotSegment } from "./iotSegment.ts";
import { landlineArea } from "./landlineArea.ts";
import { latinName } from "./latinName.ts";
import { luhn } from "./luhn.ts";
import { mobileSegment } from "./mobileSegment.ts";
import { mrz } from "./mrz.ts";
import { nationality } from "./nationality.ts";
import { orgCode } from "./orgCode.ts";
import { personName } from "./personName.ts";
import { residentBirth } from "./residentBirth.ts";
import { residentCheck } from "./residentCheck.ts";
import { residentProvince } from "./residentProvince.ts";
import { residentRegion } from "./residentRegion.ts";
import { residentSettled } from "./residentSettled.ts";
import { taiwanId } from "./taiwanId.ts";
import { taxId } from "./taxId.ts";
import { trackPan } from "./trackPan.ts";
import { uscc } from "./uscc.ts";
import { usccOrganisation } from "./usccOrganisation.ts";
import { usccRegion } from "./usccRegion.ts";
import { vin } from "./vin.ts";

/** The offline checks of a value that pattern rules may name. */
export const validators: readonly Validator[] = [
  residentCheck,
  residentBirth,
  residentSettled,
  residentRegion,
  residentProvince,
  luhn,
  bankBin,
  cardScheme,
  uscc,
  usccRegion,
  usccOrganisation,
  orgCode,
  businessRegistration,
  iotSegment,
  mobileSegment,
  landlineArea,
  emailDomain,
  personName,
  latinName,
  iban,
  bicCountry,
  nationality,
  vin,
  hongKongId,
  taiwanId,
  taxId,
  trackPan,
  mrz,
];
