// When now is.
import { StonechatError } from "./error.js";

const WRITTEN = /^(\d{4})-(\d{2})-(\d{2})(?:T(\d{2}):(\d{2})(?::(\d{2}))?)?$/;

/** The fields of a local time, from a `Date`, from text such as `2026-11-22T18:30`, or from an object that has them. */
export function localTime(now) {
  if (now instanceof Date) {
    if (Number.isNaN(now.getTime())) throw new StonechatError("no_such_time", "the date is invalid");
    return {
      year: now.getFullYear(),
      month: now.getMonth() + 1,
      day: now.getDate(),
      hour: now.getHours(),
      minute: now.getMinutes(),
      second: now.getSeconds(),
    };
  }
  if (typeof now !== "string") return now;
  const parts = WRITTEN.exec(now);
  if (parts === null) {
    throw new StonechatError("no_such_time", `${JSON.stringify(now)} is no time; write it as 2026-11-22T18:30`);
  }
  const [year, month, day, hour, minute, second] = parts.slice(1).map((part) => Number(part ?? 0));
  return { year, month, day, hour, minute, second };
}
