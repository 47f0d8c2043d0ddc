"""A simulated operating system: tasks of different priority exchange packets. Makes no cyclic garbage.

From:        after Martin Richards' benchmark of 1981 as known from Smalltalk, V8 and PyPy; written anew.
Collections: automatic
Parameters:  10,000 idle cycles, 12 simulations.
Measures:    total  all simulations: what a collector costs a program that hardly needs one
Published:   pyperformance reports it for interpreters, not for collectors.
"""

import gc

from measure import check, report, timed

IDLE_CYCLES = 10_000
SIMULATIONS = 12
PACKETS_QUEUED = 23_246
TASKS_HELD = 9_297

IDLE, WORKER, HANDLER_A, HANDLER_B, DEVICE_A, DEVICE_B = range(6)
DEVICE_PACKET, WORK_PACKET = range(2)
PAYLOAD = 4


class Packet:
    def __init__(self, link, owner, kind):
        self.link = link
        self.owner = owner
        self.kind = kind
        self.datum = 0
        self.data = [0] * PAYLOAD

    def append_to(self, queue):
        """Puts this packet at the end of a queue; returns the queue's head."""
        self.link = None
        if queue is None:
            return self
        last = queue
        while last.link is not None:
            last = last.link
        last.link = self
        return queue


class Task:
    """A task control block; subclasses say in `step` what the task does."""

    def __init__(self, system, identity, priority, queue, suspended):
        self.system = system
        self.identity = identity
        self.priority = priority
        self.queue = queue
        self.suspended = suspended
        self.held = False
        self.pending = queue is not None
        self.link = system.tasks
        system.tasks = self
        system.table[identity] = self

    def blocked(self):
        return self.held or (self.suspended and not self.pending)

    def resume(self):
        """Runs until the task gives way; returns the task to run next."""
        packet = None
        if self.suspended and self.pending:
            packet = self.queue
            self.queue = packet.link
            self.suspended = False
            self.pending = self.queue is not None
        return self.step(packet)

    def accept(self, packet, sender):
        """Queues a packet; returns whichever of the two tasks goes on."""
        if self.queue is None:
            self.queue = packet
            self.pending = True
            if self.priority > sender.priority:
                return self
        else:
            self.queue = packet.append_to(self.queue)
        return sender

    def step(self, packet):
        raise NotImplementedError


class IdleTask(Task):
    def __init__(self, system, cycles):
        super().__init__(system, IDLE, 0, None, suspended=False)
        self.control = 1
        self.cycles = cycles

    def step(self, packet):
        self.cycles -= 1
        if self.cycles == 0:
            return self.system.hold()
        if self.control & 1:
            self.control = (self.control >> 1) ^ 0xD008
            return self.system.release(DEVICE_B)
        self.control >>= 1
        return self.system.release(DEVICE_A)


class WorkerTask(Task):
    def __init__(self, system, queue):
        super().__init__(system, WORKER, 1000, queue, suspended=True)
        self.destination = HANDLER_A
        self.letter = 0

    def step(self, packet):
        if packet is None:
            return self.system.wait()
        self.destination = HANDLER_B if self.destination == HANDLER_A else HANDLER_A
        packet.owner = self.destination
        packet.datum = 0
        for index in range(PAYLOAD):
            self.letter = self.letter + 1 if self.letter < 26 else 1
            packet.data[index] = self.letter
        return self.system.send(packet)


class HandlerTask(Task):
    def __init__(self, system, identity, priority, queue):
        super().__init__(system, identity, priority, queue, suspended=True)
        self.work = None
        self.devices = None

    def step(self, packet):
        if packet is not None:
            if packet.kind == WORK_PACKET:
                self.work = packet.append_to(self.work)
            else:
                self.devices = packet.append_to(self.devices)
        work = self.work
        if work is not None:
            position = work.datum
            if position >= PAYLOAD:
                self.work = work.link
                return self.system.send(work)
            device = self.devices
            if device is not None:
                self.devices = device.link
                device.datum = work.data[position]
                work.datum = position + 1
                return self.system.send(device)
        return self.system.wait()


class DeviceTask(Task):
    def __init__(self, system, identity, priority):
        super().__init__(system, identity, priority, None, suspended=True)
        self.packet = None

    def step(self, packet):
        if packet is not None:
            self.packet = packet
            return self.system.hold()
        packet = self.packet
        if packet is None:
            return self.system.wait()
        self.packet = None
        return self.system.send(packet)


class System:
    """The scheduler."""

    def __init__(self):
        self.tasks = None
        self.table = {}
        self.current = None
        self.queued = 0
        self.holds = 0

    def run(self):
        task = self.tasks
        while task is not None:
            if task.blocked():
                task = task.link
            else:
                self.current = task
                task = task.resume()

    def hold(self):
        """The current task cannot go on until it is released."""
        self.holds += 1
        self.current.held = True
        return self.current.link

    def wait(self):
        """The current task waits for a packet."""
        self.current.suspended = True
        return self.current

    def release(self, identity):
        """Lets a held task go on."""
        task = self.table[identity]
        task.held = False
        return task if task.priority > self.current.priority else self.current

    def send(self, packet):
        """Hands a packet to its owner, who then owns the way back."""
        task = self.table[packet.owner]
        self.queued += 1
        packet.link = None
        packet.owner = self.current.identity
        return task.accept(packet, self.current)


def packets(owner, kind, count):
    """A queue of new packets."""
    queue = None
    for _ in range(count):
        queue = Packet(queue, owner, kind)
    return queue


def simulate():
    """One simulation; returns packets queued and tasks held."""
    system = System()
    IdleTask(system, IDLE_CYCLES)
    WorkerTask(system, packets(WORKER, WORK_PACKET, 2))
    HandlerTask(system, HANDLER_A, 2000, packets(DEVICE_A, DEVICE_PACKET, 3))
    HandlerTask(system, HANDLER_B, 3000, packets(DEVICE_B, DEVICE_PACKET, 3))
    DeviceTask(system, DEVICE_A, 4000)
    DeviceTask(system, DEVICE_B, 5000)
    system.run()
    return system.queued, system.holds


gc.collect()
elapsed, results = timed(lambda: [simulate() for _ in range(SIMULATIONS)])
check(set(results), {(PACKETS_QUEUED, TASKS_HELD)}, "packets queued and tasks held")
report({"total": [elapsed]})
