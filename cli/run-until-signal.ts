/** A command that serves until Ctrl-C or SIGTERM: it starts, says what runs, hands over, and ends. */
import type { Settings } from '../config/settings.ts';
import { readErrorReason } from './read-error.mjs';
import { makeSurroundings } from './surroundings.ts';
import type { Surroundings } from './surroundings.ts';

export interface ServingCommand<Running extends { stop(): Promise<void> }> {
  /** For sentences: "The API did not start". */
  name: string;
  run: (surroundings: Surroundings) => Promise<Running>;
  /** Says that it runs. */
  tell: (running: Running) => void;
  /** Resolves with the reason when what it needs has ended by itself. */
  failed: (running: Running) => Promise<string>;
  /** The last line. */
  farewell: string;
}

/** The exit code. */
export async function runUntilSignal<Running extends { stop(): Promise<void> }>(
  settings: Settings,
  print: (line: string) => void,
  command: ServingCommand<Running>,
): Promise<0 | 1> {
  for (const warning of settings.warnings) print(`Warning: ${warning}`);
  const ending = awaitSignal();
  let running: Running;
  try {
    running = await command.run(makeSurroundings(settings, print));
  } catch (error) {
    print(`${command.name} did not start. ${readErrorReason(error)}`);
    return 1;
  }
  command.tell(running);
  const failure = await Promise.race([ending, command.failed(running)]);
  print(failure === null ? 'Ending: what is under way is handed over…' : failure);
  try {
    await running.stop();
  } catch (error) {
    if (failure === null) print(`${command.name} did not end as it should. ${readErrorReason(error)}`);
    return 1;
  }
  print(command.farewell);
  return failure === null ? 0 : 1;
}

/** Resolves to null at the first SIGINT or SIGTERM; a second one ends the process at once. */
function awaitSignal(): Promise<null> {
  return new Promise((resolve) => {
    let asked = false;
    const onSignal = (): void => {
      if (asked) process.exit(130);
      asked = true;
      resolve(null);
    };
    process.on('SIGINT', onSignal);
    process.on('SIGTERM', onSignal);
  });
}
