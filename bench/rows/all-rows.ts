/** In the order of the table. */
import { busyTurn } from './busy-turn.ts';
import { fanOut } from './fan-out.ts';
import { firstToken } from './first-token.ts';
import { followUp } from './follow-up.ts';
import { longSession } from './long-session.ts';
import { memory } from './memory.ts';
import { plainTurn } from './plain-turn.ts';
import type { Row } from './row.ts';
import { throughput } from './throughput.ts';

export const rows: readonly Row[] = [
  ...[plainTurn, throughput, fanOut, busyTurn, firstToken, followUp, longSession, memory],
];
