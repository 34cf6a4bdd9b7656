/** A request that is not carried out: a stable type and words that say what to do. Data, never thrown in core. */
export interface Refusal {
  type: string;
  message: string;
}
