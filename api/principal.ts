/** Who asks, and in which workspace. Until there are keys, everyone is the development principal. */
import { DEFAULT_WORKSPACE } from '../protocol/ids.ts';

export interface Principal {
  workspace: string;
  name: string;
}

export const DEVELOPMENT_PRINCIPAL: Principal = { workspace: DEFAULT_WORKSPACE, name: 'development' };
