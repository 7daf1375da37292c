import t from 'tap';
import { apiContract } from './api.js';

apiContract(t, false);
