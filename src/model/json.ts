/** Plain data as JSON knows it: what may cross threads, be cached and be written. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
