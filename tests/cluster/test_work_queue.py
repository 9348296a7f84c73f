"""Which pictures are handed out next, also when workers die."""

from gradcam_cluster.work_queue import Picture, WorkQueue


def pictures(count: int) -> list[Picture]:
    return [Picture(number, f"photos/{number}.png", f"{number}.png") for number in range(count)]


def test_all_are_handed_out_once_in_order():
    queue = WorkQueue(pictures(1000), workers=3)
    taken = []
    while batch := queue.take(is_idle=False):
        taken += batch
    assert taken == pictures(1000)
    assert len(queue) == 0
    assert queue.take(is_idle=True) == []


def test_batches_become_smaller_towards_the_end():
    queue = WorkQueue(pictures(1000), workers=3)
    sizes = []
    while batch := queue.take(is_idle=False):
        sizes.append(len(batch))
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[0] == WorkQueue.LARGEST_BATCH
    assert sizes[-12:] == [1] * 12  # four for each worker


def test_what_a_dead_worker_had_is_done_again_each_alone():
    queue = WorkQueue(pictures(100), workers=1)
    lost = queue.take(is_idle=True)
    assert queue.put_back(lost, were_suspects=False) == []
    assert len(queue) == 100
    assert queue.take(is_idle=False) == []  # a suspect shares its worker with nobody
    again = [queue.take(is_idle=True) for _ in lost]
    assert again == [[picture] for picture in lost]
    assert queue.take(is_idle=False)[0].number == len(lost)


def test_suspects_are_in_the_order_of_the_inputs_however_they_came_back():
    queue = WorkQueue(pictures(100), workers=1)
    first, second, third = (queue.take(is_idle=False) for _ in range(3))
    queue.put_back(third + second, were_suspects=False)
    queue.put_back(first, were_suspects=False)
    again = [queue.take(is_idle=True) for _ in first + second + third]
    assert again == [[picture] for picture in first + second + third]


def test_the_second_death_gives_a_picture_up():
    queue = WorkQueue(pictures(2), workers=1)
    queue.put_back(queue.take(is_idle=True), were_suspects=False)
    suspect = queue.take(is_idle=True)
    assert queue.put_back(suspect, were_suspects=True) == suspect
    assert [p.number for p in queue.take(is_idle=True)] == [1]


def test_a_request_has_a_true_class_only_if_it_is_known():
    assert Picture(3, "a/x.png", "x.png").request() == {
        "id": 3, "image": "a/x.png", "name": "x.png"}
    assert Picture(3, "a/x.png", "x.png", truth=0).request()["class"] == 0


def test_a_request_has_the_bytes_of_names_that_are_no_utf8():
    assert Picture(3, "a/\udcff.png", "\udcff.png").request() == {
        "id": 3, "image": "a/\ufffd.png", "image_bytes": "a/%FF.png", "name": "\ufffd.png",
        "name_bytes": "%FF.png"}
